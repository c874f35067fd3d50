"""Which gains are sudden?"""
