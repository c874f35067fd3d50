"""Do models of neighbouring sizes differ on the same examples?"""
