"""How much is a matter of convention?"""
