//! The directory that the tests ask.

pub(crate) const BASE: &str = "dc=avix,dc=lk";
pub(crate) const ADMIN: &str = "cn=admin,dc=avix,dc=lk";
pub(crate) const ADMIN_PASSWORD: &str = "avix123";

/// Besides the users and groups of an ordinary directory: names that mean something in filters and names of entries,
/// one name twice, a group of each other kind, an account without password, and a referral.
pub(crate) fn ldif() -> String {
    let mut text = String::from(
        "dn: dc=avix,dc=lk\nobjectClass: dcObject\nobjectClass: organization\no: avix\ndc: avix\n\n",
    );
    for unit in ["Users", "Staff", "Groups", "MoreGroups", "PosixGroups", "Referred"] {
        text += &format!("dn: ou={unit},{BASE}\nobjectClass: organizationalUnit\nou: {unit}\n\n");
    }
    let mut user = |dn: &str, uid: &str, cn: &str, password: Option<&str>| {
        text += &format!(
            "dn: {dn}\nobjectClass: inetOrgPerson\nuid: {uid}\ncn: {cn}\nsn: {uid}\nmail: {uid}@avix.lk\n"
        );
        if let Some(password) = password {
            text += &format!("userPassword: {password}\n");
        }
        text += "\n";
    };
    for (uid, password) in [("ldclakmal", "ldclakmal@123"), ("alice", "alice@123"), ("bob", "bob@123")] {
        user(&format!("uid={uid},ou=Users,{BASE}"), uid, uid, Some(password));
    }
    user(&format!("uid=locked,ou=Users,{BASE}"), "locked", "locked", None);
    // `odd` has a name of an entry with everything that filters and names of entries give a meaning.
    user(&odd_dn(), "odd", "Odd, (x) * \\ y", Some("odd@123"));
    user(&format!("cn=one,ou=Users,{BASE}"), "twin", "one", Some("twin@123"));
    user(&format!("cn=two,ou=Users,{BASE}"), "twin", "two", Some("twin@123"));
    user(&format!("uid=erin,ou=Users,{BASE}"), "erin", "erin", Some("erin@123"));
    user(&format!("uid=erin,ou=Staff,{BASE}"), "erin", "erin", Some("staff@123"));
    user(&format!("uid=carol,ou=Staff,{BASE}"), "carol", "carol", Some("carol@123"));
    let mut group = |name: &str, unit: &str, members: &[String]| {
        text += &format!("dn: cn={name},ou={unit},{BASE}\nobjectClass: groupOfNames\ncn: {name}\n");
        for member in members {
            text += &format!("member: {member}\n");
        }
        text += "\n";
    };
    let dn = |uid: &str| format!("uid={uid},ou=Users,{BASE}");
    group("admin", "Groups", &[dn("ldclakmal")]);
    group("developer", "Groups", &[dn("ldclakmal"), dn("alice")]);
    group("odd-group", "Groups", &[odd_dn()]);
    group("customer", "MoreGroups", &[dn("ldclakmal"), dn("alice")]);
    // The name of an entry of which `odd`'s is a pattern, were its `*` not escaped.
    group("pattern", "Groups", &[format!("cn=Odd\\2C (x) ANY \\5C y,ou=Users,{BASE}")]);
    for (name, id, members) in [("wheel", 1, ["alice", "ldclakmal"]), ("audio", 2, ["bob", "alic"])] {
        text += &format!("dn: cn={name},ou=PosixGroups,{BASE}\nobjectClass: posixGroup\ncn: {name}\n");
        text += &format!("gidNumber: {id}\nmemberUid: {}\nmemberUid: {}\n\n", members[0], members[1]);
    }
    text += &format!(
        "dn: ou=Elsewhere,ou=Referred,{BASE}\nobjectClass: referral\nobjectClass: extensibleObject\n\
         ou: Elsewhere\nref: ldap://127.0.0.1:1/ou=Users,{BASE}\n\n"
    );
    text
}

fn odd_dn() -> String {
    format!("cn=Odd\\2C (x) * \\5C y,ou=Users,{BASE}")
}
