"""Which curves are emergent?"""
