"""What Arm fixes for every ARMv7-M part: registers, exceptions, Thumb, regions of the MPU."""
