/* What only the desk does: palette, bulk selection, charts, boards. */
