"""What a workspace is like after a kill, a full disk, a read-only mount and a clock that jumps."""
