import Membership
import MeshBase
import Nodes
import Telemetry
import Wire

/// What every process tells of its membership over HTTP.
package enum MembersPage {
    /// One of its pages.
    package enum Wanted {
        /// `/v1/members`
        case members
        /// `/v1/keys`
        case keys
        /// `/v1/members/{member}/history`, of the member of this name.
        case history(String)
    }

    /// - Parameter wall: the wall clock's nanoseconds that belong to `now`.
    package static func page(_ wanted: Wanted, _ gossip: borrowing GossipPort, now: Instant, wall: Int64) -> String {
        switch wanted {
        case .members: text(gossip.swim, now: now)
        case .keys: keys(gossip)
        case .history(let name): history(of: name, gossip.swim, now: now, wall: wall)
        }
    }

    /// One node's view of the mesh: `{schema, observer, members: [...]}`.
    package static func text(_ swim: SWIM, now: Instant) -> String {
        var json = JSONWriter(.compact)
        json.document { json in
            json.field("observer", swim.name)
            if let namesake = swim.namesake(now: now) { json.field("namesake", namesake.description) }
            json.array("members") { json in
                for member in swim.members.sorted(by: { NaturalOrder.precedes($0.name, $1.name) }) {
                    json.object { append(member, now, &$0) }
                }
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
        json.field("standing", member.standing.name)
        json.field("state", member.metadata.state.name)
        json.field("load", Double(member.metadata.load) / 256)
        json.field("incarnation", member.incarnation)
        json.field("address", member.profile.gossip.description)
        json.field("data", member.profile.data.description)
        json.field("admin", member.profile.admin.description)
        json.field("since_ms", max(0, (now - member.since).nanoseconds / 1_000_000))
    }

    /// The numbers of the keys, never the keys.
    package static func keys(_ gossip: borrowing GossipPort) -> String {
        let keys = gossip.keys
        let name = gossip.swim.name
        var json = JSONWriter(.compact)
        json.document { json in
            json.field("observer", name)
            json.field("primary", keys.primary)
            json.array("keys") { json in for id in keys.ids { json.value(id) } }
        }
        return json.string + "\n"
    }

    /// What one node saw happen to a member, and what it believes now.
    package static func history(of name: String, _ swim: SWIM, now: Instant, wall: Int64) -> String {
        var json = JSONWriter(.compact)
        json.document { json in
            json.field("observer", swim.name)
            json.field("member", name)
            json.field("health", swim.localHealthScore)
            if let member = swim.member(named: name) {
                json.field("status", member.status.name)
                json.field("incarnation", member.incarnation)
                json.field("since_ms", max(0, (now - member.since).nanoseconds / 1_000_000))
            }
            if let suspicion = swim.suspicion(of: name) {
                json.object("suspicion") { json in
                    json.field("age_ms", (now - suspicion.began).nanoseconds / 1_000_000)
                    json.field("ends_in_ms", (suspicion.ends - now).nanoseconds / 1_000_000)
                    json.field("accusers", suspicion.accusers)
                    json.field("wanted", suspicion.expected + 1)
                }
            }
            json.array("events") { json in
                for event in swim.history(of: name) {
                    json.object { append(event, now, wall, &$0) }
                }
            }
        }
        return json.string + "\n"
    }

    private static func append(_ event: MemberEvent, _ now: Instant, _ wall: Int64, _ json: inout JSONWriter) {
        let ago = (now - event.at).nanoseconds
        json.field("at", Timestamp.string(wall - ago))
        json.field("ago_ms", ago / 1_000_000)
        json.field("event", event.kind.name)
        json.field("actor", event.actor)
        json.field("incarnation", event.incarnation)
        if let relays = event.relays { json.field("relays", relays) }
        if let nacks = event.nacks { json.field("nacks", nacks) }
        if let health = event.health { json.field("health", health) }
        if let timeout = event.timeout { json.field("timeout_ms", timeout.nanoseconds / 1_000_000) }
    }
}

/// A ping that comes by stream: `GET /v1/gossip/HEX`.
package enum GossipStream {
    /// The sealed packet of such a path's last part; empty, which nobody can open, where it is no hexadecimal text.
    package static func datagram(_ part: String) -> [UInt8] { HexText.bytes(part) ?? [] }

    package static func text(_ answer: [UInt8]) -> String { HexText.text(answer) + "\n" }

    /// Answers a ping; nil where it is not for this member, or cannot be opened.
    static func page(
        _ datagram: [UInt8], _ gossip: inout GossipPort, _ runtime: HostRuntime, into sink: inout some GossipSink
    ) -> HTTPPage? {
        let now = runtime.loop.now()
        let answer = datagram.withUnsafeBytes {
            gossip.answer(ping: $0, now: now, into: &sink, isHeard: runtime.wire.reaches)
        }
        return answer.map { .plain(text($0)) }
    }
}
