"""QEMU as the third opinion on instruction counts."""
