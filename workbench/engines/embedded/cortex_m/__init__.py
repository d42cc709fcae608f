"""What a Cortex-M core has and Unicorn has not: exceptions, system blocks, sleep."""
