"""Signing in and out, and accounts and organizations for the 系统管理员; roles and sign-ins for the 安全管理员."""

from django.urls import path

from perfgoals.accounts import views, views_organizations, views_people, views_second_factor, views_security

app_name = "accounts"
urlpatterns = [
    path("login/", views.login, name="login"),
    path("logout/", views.logout, name="logout"),
    path("session/", views.session_state, name="session"),
    path("password/", views.password, name="password"),
    path("second-factor/", views_second_factor.second_factor, name="second_factor"),
    path("second-factor/bind/", views_second_factor.bind, name="second_factor_bind"),
    path("second-factor/bind/code.svg", views_second_factor.image, name="second_factor_image"),
    path("second-factor/codes/", views_second_factor.codes, name="second_factor_codes"),
    path("second-factor/codes.txt", views_second_factor.codes_text, name="second_factor_text"),
    path("people/", views_people.people, name="people"),
    path("people/new/", views_people.person_new, name="person_new"),
    path("people/<int:pk>/", views_people.person, name="person"),
    path("people/<int:pk>/password/", views_people.person_password, name="person_password"),
    path("people/<int:pk>/unlock/", views_people.person_unlock, name="person_unlock"),
    path("people/<int:pk>/second-factor/", views_people.person_second_factor, name="person_second_factor"),
    path("people/<int:pk>/switch/", views_people.person_switch, name="person_switch"),
    path("roles/", views_security.roles, name="roles"),
    path("roles/<int:pk>/unlock/", views_security.unlock, name="role_unlock"),
    path("roles/<int:pk>/second-factor/", views_security.take_app, name="role_second_factor"),
    path("sign-ins/", views_security.sign_ins, name="sign_ins"),
    path("organizations/", views_organizations.organizations, name="organizations"),
    path("organizations/new/", views_organizations.organization_new, name="organization_new"),
    path("organizations/<int:pk>/", views_organizations.organization, name="organization"),
    path("organizations/<int:pk>/switch/", views_organizations.organization_switch, name="organization_switch"),
]
