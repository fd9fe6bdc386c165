"""The HTML report: one file that loads nothing. Must never let a target's words be markup, nor need a network."""
