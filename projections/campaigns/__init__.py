"""Campaigns and activities (营销活动、客户活动): whom they reached, and what came of it."""
