import ControlPlane
import Reports
import Telemetry
import Topology

/// Something that was done to a member: by the operator, by a fault that was asked for, or by its supervisor.
struct Deed {
    /// Nanoseconds since 1970, UTC.
    var time: Int64
    /// `kill`, `pause`, `resume`, `restart`, `exited`, `started`, `fault`, `healed`, `evacuate`, `restore`, `completed`, ...
    var event: String
    var actor: String
    var detail: String

    /// What the journal of a mesh tells of a member, and of faults on the places that it is in.
    static func all(of member: String, in mesh: DataDirectory) -> [Deed] {
        var journal = JournalTail(mesh)
        var plans: Set<String> = []
        let places = Self.places(of: member, (try? mesh.model()) ?? nil)
        return journal.next().compactMap { entry in
            let event = entry.event
            switch event.type {
            case "process" where event.id == member: return process(entry.time, event)
            case "fault": return fault(entry.time, event, places)
            case "evacuation": return evacuation(entry.time, event, places, &plans)
            default: return nil
            }
        }
    }

    private static func process(_ time: Int64, _ event: EventRecord) -> Deed? {
        let attributes = event.attributes
        let until = attributes["until"]?.text.map { " until \($0.dropFirst(11).prefix(8))" } ?? ""
        switch event.action {
        case "kill": return Deed(time: time, event: "kill", actor: "operator", detail: "SIGKILL\(until)")
        case "pause": return Deed(time: time, event: "pause", actor: "operator", detail: "SIGSTOP\(until)")
        case "resume": return Deed(time: time, event: "resume", actor: "operator", detail: "SIGCONT")
        case "started":
            return Deed(
                time: time, event: "started", actor: "control",
                detail: attributes["pid"].map { "as process \(DocumentText.json($0))" } ?? "")
        case "exited":
            let isExpected = attributes["expected"] == .flag(true)
            let how = attributes["how"]?.text ?? "it ended"
            return Deed(
                time: time, event: "exited", actor: "control", detail: how + (isExpected ? ", as asked" : ", by itself")
            )
        case "ready", "adopted": return nil
        default:
            return Deed(
                time: time, event: event.action, actor: "control", detail: attributes["detail"]?.text ?? "")
        }
    }

    private static func fault(_ time: Int64, _ event: EventRecord, _ places: Set<String>) -> Deed? {
        let attributes = event.attributes
        let targets = attributes["targets"]?.text ?? ""
        guard targets.split(separator: " ").contains(where: { places.contains(String($0)) }) else { return nil }
        let what = "\(attributes["kind"]?.text ?? "fault") \(event.id) on \(targets)"
        switch event.action {
        case "added": return Deed(time: time, event: "fault", actor: "operator", detail: what)
        case "removed": return Deed(time: time, event: "healed", actor: "operator", detail: what)
        case "expired": return Deed(time: time, event: "healed", actor: "its lease", detail: what)
        default: return nil
        }
    }

    /// What became of the customers of its region: cells that are left lose theirs, and are sound all the same.
    ///
    /// - Parameter plans: those that have begun: whoever takes one over says so again.
    private static func evacuation(
        _ time: Int64, _ event: EventRecord, _ places: Set<String>, _ plans: inout Set<String>
    ) -> Deed? {
        let region = event.id
        guard places.contains("region/\(region)") else { return nil }
        let attributes = event.attributes
        let kind = attributes["kind"]?.text ?? "evacuate"
        let plan = "\(kind == "restore" ? "restore" : "evacuation") of \(region)"
        switch event.action {
        case "began":
            guard plans.insert(attributes["plan"]?.text ?? "").inserted else {
                return Deed(time: time, event: kind, actor: "control", detail: "\(plan) was taken over")
            }
            return Deed(time: time, event: kind, actor: "operator", detail: "\(plan) began")
        case "paused", "reversing", "completed", "aborted", "rolled-back":
            let reason = attributes["reason"]?.text.map { ": \($0)" } ?? ""
            return Deed(
                time: time, event: event.action, actor: "control", detail: plan + reason)
        default: return nil
        }
    }

    /// The names by which faults may mean the member.
    private static func places(of member: String, _ topology: MeshTopology?) -> Set<String> {
        var places: Set = [member, "cell/\(member)", "router/\(member)", "*"]
        guard let topology, let cell = topology.cellIndex(named: member) else { return places }
        let place = topology.cells[cell.position]
        let region = topology.regions[place.region]
        places.insert("region/\(region.name)")
        places.insert("zone/\(region.name)/\(region.zones[place.zone])")
        return places
    }
}
