"""What trains: the only modules of the pipeline that import torch."""
