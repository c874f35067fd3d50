"""What do small test sets do?"""
