"""How long this program takes, beside a bare Pulumi program and beside kubectl, for the same objects."""
