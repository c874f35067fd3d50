"""What if the analyst had chosen otherwise?"""
