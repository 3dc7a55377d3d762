from django.urls import path

from community.views import co_leaders, groups, leaders, members, phones, seeds

app_name = "community"

urlpatterns = [
    path("groups/", groups.group_list, name="group_list"),
    path("groups/new/", groups.group_create, name="group_create"),
    path("groups/<int:pk>/", groups.group_detail, name="group_detail"),
    path("groups/<int:pk>/change/", groups.group_change, name="group_change"),
    path("groups/<int:pk>/leader/", leaders.leader_assign, name="leader_assign"),
    path("assignments/<int:pk>/end/", leaders.assignment_end, name="assignment_end"),
    path("groups/<int:pk>/share/", co_leaders.share_give, name="share_give"),
    path("shares/<int:pk>/end/", co_leaders.share_end, name="share_end"),
    path("leaders/", leaders.leader_list, name="leader_list"),
    path("members/", members.member_list, name="member_list"),
    path("members/new/", members.member_create, name="member_create"),
    path("members/<int:pk>/", members.member_detail, name="member_detail"),
    path("members/<int:pk>/change/", members.member_change, name="member_change"),
    path("members/<int:pk>/join/", members.member_join, name="member_join"),
    path("members/<int:pk>/seed/", seeds.seed_create, name="seed_create"),
    path("memberships/<int:pk>/move/", members.member_move, name="member_move"),
    path("memberships/<int:pk>/leave/", members.member_leave, name="member_leave"),
    path("phones/", phones.reveal_list, name="reveal_list"),
    path("seeds/", seeds.seed_board, name="seed_board"),
    path("seeds/<int:pk>/", seeds.seed_detail, name="seed_detail"),
    path("seeds/<int:pk>/change/", seeds.seed_change, name="seed_change"),
    path("seeds/<int:pk>/plan/", seeds.seed_plan, name="seed_plan"),
    path("seeds/<int:pk>/score/", seeds.seed_score, name="seed_score"),
    path("seeds/<int:pk>/move/", seeds.seed_move, name="seed_move"),
]
