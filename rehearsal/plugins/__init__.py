"""Stand-ins for plugins of Pulumi, used where the official ones cannot be installed."""
