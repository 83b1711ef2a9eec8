"""The frozen values of Tarash; import them from ``tarash_core``."""
