"""Make Temporal's namespace with its retention and search attributes, as the embedded one has them. Safe to repeat.

python -m deploy.namespace
"""

import os

from workers.processes import leave
from workers.temporal import prepare_namespace

if __name__ == "__main__":
    prepare_namespace(os.environ["TEMPORAL_ADDRESS"], namespace=os.environ["TEMPORAL_NAMESPACE"])
    leave(0)
