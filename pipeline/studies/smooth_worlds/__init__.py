"""What do smooth worlds give?"""
