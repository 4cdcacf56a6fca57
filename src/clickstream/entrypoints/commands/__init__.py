"""The commands, one module for each family. Each reads its options and calls what does the work.

What a command needs is imported when it runs: so ``--help`` is quick, and a process is small.
"""
