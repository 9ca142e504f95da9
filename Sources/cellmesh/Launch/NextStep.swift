import ControlPlane
import Synchronization

/// The command that is suggested next, so that it is about the mesh that this one was about.
enum NextStep {
    private static let chosen = Mutex<String?>(nil)

    /// The mesh that this command was found to be about.
    static func choose(_ mesh: String) { chosen.withLock { $0 = mesh } }

    /// Commands that take `--mesh`, and would take another mesh, or none, where several are to choose from.
    static let ofMeshes: Set<Substring> = [
        "alerts", "blast-radius", "breaker", "cell", "config", "conflicts", "customers", "dashboard", "degrade",
        "doctor", "down", "drill", "evacuate", "evacuation", "events", "export", "fault", "flags", "gameday", "halt",
        "heal",
        "kill", "load", "logs", "members", "membership", "monkey", "move", "notice", "partition", "pause", "peak",
        "pins",
        "policies",
        "ps", "report", "restart", "restore", "resume", "rollout", "route", "status", "store", "top", "trace", "why",
    ]

    /// The first command that a text advises: `first 'cellmesh restore us-east'`; nil where it names none.
    static func advised(by text: String) -> String? {
        let start = "'cellmesh "
        guard let found = text.firstRange(of: start), let end = text[found.upperBound...].firstIndex(of: "'") else {
            return nil
        }
        let command = text[text.index(after: found.lowerBound)..<end]
        return command.contains("...") ? nil : String(command)
    }

    /// The command with `--mesh` where it needs that.
    static func complete(_ command: String) -> String {
        guard let mesh = chosen.withLock({ $0 }) else { return command }
        return complete(command, mesh: mesh) {
            (try? MeshHome.current().resolve(nil, needsControl: false, checksVersion: false).name) == mesh
        }
    }

    /// - Parameter isOnly: whether the mesh is the one that is meant where none is named.
    static func complete(_ command: String, mesh: String, isOnly: () -> Bool) -> String {
        let words = command.split(separator: " ")
        guard words.count > 1, words[0] == "cellmesh", ofMeshes.contains(words[1]), !words.contains("--mesh"),
            !words.contains("--help"), !isOnly()
        else { return command }
        return command + " --mesh \(mesh)"
    }
}
