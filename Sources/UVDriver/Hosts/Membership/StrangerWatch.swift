import MeshBase
import Wire

/// Tells when a process and a mesh do not come together: at the one end nobody answers, at the other arrive packets that
/// nobody of the mesh has made.
package struct StrangerWatch {
    /// Between two looks, in ticks of half a second: 5 s.
    static let ticks = 10
    /// What differs is not told on the wire, which says nothing to those who cannot prove the secret.
    package static let causes = "the secret, the mesh's name or the topology may differ"

    /// Why a link was not opened.
    package static func cause(of failure: any Error) -> String {
        switch failure as? LinkHandshake.Failure {
        case .notMesh: "what answers is no process of a mesh"
        case .version(let version): "it speaks version \(version) of the protocol, this one \(LinkHandshake.version)"
        case .badName: "another process answers than the one that is meant"
        case .badProof, nil: "its proof does not hold, \(causes)"
        }
    }

    private var wasAlone = false
    private var told: UInt64 = 0
    private var quiet = 0
    private var toldConflicts: UInt64 = 0
    private var quietConflicts = 0

    /// What is to be said now: at most once for being alone, and once a minute for packets of strangers and for a namesake.
    mutating func look(_ search: KeptMember.Search) -> [(action: String, detail: String)] {
        var lines: [(String, String)] = []
        if search.isAlone, !wasAlone {
            let seeds = search.unreached.prefix(4).map(\.description).joined(separator: ", ")
            lines.append(
                (
                    "not-joined",
                    "nobody answers at \(seeds): wrong address, nothing runs there yet, or \(Self.causes)"
                ))
        } else if wasAlone, !search.isAlone {
            lines.append(("joined", "the mesh has been found"))
        }
        wasAlone = search.isAlone
        quiet = max(0, quiet - 1)
        if search.strangers > told, quiet == 0, let stranger = search.stranger {
            let count = search.strangers - told
            lines.append(
                (
                    "strangers",
                    "\(count) packets of a stranger, the last from \(stranger): there \(Self.causes)"
                ))
            told = search.strangers
            quiet = 12
        }
        quietConflicts = max(0, quietConflicts - 1)
        if let namesake = search.namesake, search.conflicts > toldConflicts, quietConflicts == 0 {
            lines.append(
                (
                    "name-conflict",
                    "another process, which gossips at \(namesake), bears this one's name: stop one of them, or give it "
                        + "a name of its own; the one with the lower address is the member"
                ))
            toldConflicts = search.conflicts
            quietConflicts = 12
        }
        return lines
    }
}
