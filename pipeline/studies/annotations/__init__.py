"""What do claims of emergence rest on?"""
