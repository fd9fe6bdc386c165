"""``python -m recon.cli``: the same as the ``recon`` command. Must never do more than call it."""

from recon.cli import main

main()
