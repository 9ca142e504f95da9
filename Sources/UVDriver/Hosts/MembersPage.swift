import Membership
import MeshBase
import Telemetry

/// One node's view of the mesh as JSON: `{schema, observer, members: [...]}`.
package enum MembersPage {
    package static func text(_ swim: SWIM, now: Instant) -> String {
        var json = JSONWriter(.compact)
        json.document { json in
            json.field("observer", swim.name)
            json.array("members") { json in
                for member in swim.members { json.object { append(member, now, &$0) } }
            }
        }
        return json.string + "\n"
    }

    private static func append(_ member: Member, _ now: Instant, _ json: inout JSONWriter) {
        json.field("name", member.name)
        json.field("role", member.profile.role.name)
        json.field("region", member.profile.region)
        json.field("zone", member.profile.zone)
        json.field("status", member.status.name)
        json.field("incarnation", member.incarnation)
        json.field("address", member.profile.gossip.description)
        json.field("data", member.profile.data.description)
        json.field("admin", member.profile.admin.description)
        json.field("since_ms", max(0, (now - member.since).nanoseconds / 1_000_000))
    }
}
