"""A box's own store: what it knows of its server, and the documents of its print jobs."""

import sqlalchemy as sa
from alembic import op

revision = "0004_device"
down_revision = "0003_boxes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "box_state",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_box_state")),
    )
    op.create_table(
        "box_paper",
        sa.Column("job", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("server_job", sa.Integer(), nullable=True),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("told", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("job", name=op.f("pk_box_paper")),
        sa.UniqueConstraint("server_job", name=op.f("uq_box_paper_server_job")),
    )
    op.create_index("ix_box_paper_told", "box_paper", ["told"])


def downgrade() -> None:
    """Restore the backup that was made before the upgrade."""
    raise NotImplementedError("restore the backup that was made before the upgrade")
