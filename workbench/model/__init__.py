"""Models and features: read, check, train, quantize; MFCC; the host oracle.

Nothing here imports TensorFlow, except `train` and `quantize` when they are called.
"""
