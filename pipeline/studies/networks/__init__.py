"""Can emergence be made to order?"""
