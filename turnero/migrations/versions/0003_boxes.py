"""Boxes beside the hardware: those that ask to be let in, and the tokens of those that were."""

import sqlalchemy as sa
from alembic import op

revision = "0003_boxes"
down_revision = "0002_accounts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "box",
        sa.Column("device", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("token", sa.Integer(), nullable=True),
        sa.Column("next", sa.Integer(), nullable=True),
        sa.Column("roll", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("paired_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("device", name=op.f("pk_box")),
    )
    op.create_index("ix_box_token", "box", ["token"])
    op.create_table(
        "box_pairing",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("hardware", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("device", sa.Integer(), nullable=True),
        sa.Column("until_ms", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "state in ('waiting', 'approved', 'refused')", name=op.f("ck_box_pairing_state")
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_box_pairing")),
        sa.UniqueConstraint("secret", name=op.f("uq_box_pairing_secret")),
    )


def downgrade() -> None:
    """Restore the backup that was made before the upgrade."""
    raise NotImplementedError("restore the backup that was made before the upgrade")
