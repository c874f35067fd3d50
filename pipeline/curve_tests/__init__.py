"""The statistics of one curve: its smooth model, tests against it, forecasts, and draws in smooth worlds."""
