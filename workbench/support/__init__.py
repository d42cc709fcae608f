"""What every layer may use: files, TOML, JSON, text, our own data, the cache folder."""
