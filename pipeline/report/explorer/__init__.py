"""The explorer: one page on which every curve can be found, filtered, counted and looked at, without a network."""
