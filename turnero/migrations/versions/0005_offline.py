"""What a box keeps for its kiosks while it has no server."""

import sqlalchemy as sa
from alembic import op

revision = "0005_offline"
down_revision = "0004_device"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "box_lease",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("site", sa.Integer(), nullable=False),
        sa.Column("kiosk", sa.Text(), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("next", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_box_lease")),
    )
    op.create_index("ix_box_lease_kiosk", "box_lease", ["site", "kiosk", "day", "service", "id"])
    op.create_table(
        "box_ticket",
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("site", sa.Integer(), nullable=False),
        sa.Column("kiosk", sa.Text(), nullable=False),
        sa.Column("lease", sa.Integer(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("attention", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("aids", sa.Text(), nullable=False),
        sa.Column("issued_ms", sa.BigInteger(), nullable=False),
        sa.Column("offset_ms", sa.BigInteger(), nullable=False),
        sa.Column("act", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("burnt_ms", sa.BigInteger(), nullable=True),
        sa.Column("refused", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state in ('waiting', 'burnt', 'uploaded', 'refused')", name=op.f("ck_box_ticket_state")
        ),
        sa.PrimaryKeyConstraint("no", name=op.f("pk_box_ticket")),
        sa.UniqueConstraint("id", name=op.f("uq_box_ticket_id")),
        sa.UniqueConstraint("code", name=op.f("uq_box_ticket_code")),
        sa.UniqueConstraint("act", name=op.f("uq_box_ticket_act")),
        sa.UniqueConstraint("site", "day", "number", name=op.f("uq_box_ticket_site_day_number")),
    )
    at_hand = sa.text("state in ('waiting', 'burnt')")
    op.create_index(
        "ix_box_ticket_open",
        "box_ticket",
        ["no"],
        sqlite_where=at_hand,
        postgresql_where=at_hand,
    )
    op.create_table(
        "box_rating",
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("site", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("rate", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("offset_ms", sa.BigInteger(), nullable=False),
        sa.Column("refused", sa.Text(), nullable=True),
        sa.Column("open", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("no", name=op.f("pk_box_rating")),
        sa.UniqueConstraint("act", name=op.f("uq_box_rating_act")),
    )
    unsaid = sa.text("open = 1")
    op.create_index(
        "ix_box_rating_open", "box_rating", ["no"], sqlite_where=unsaid, postgresql_where=unsaid
    )


def downgrade() -> None:
    """Restore the backup that was made before the upgrade."""
    raise NotImplementedError("restore the backup that was made before the upgrade")
