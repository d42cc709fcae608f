"""The folder of the platform acme_node."""
