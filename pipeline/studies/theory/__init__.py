"""What does the paper's model give?"""
