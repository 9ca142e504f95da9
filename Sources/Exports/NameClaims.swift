import MeshBase
import Topology

/// Names that a target has for the parts of a mesh: each a DNS label, and no two parts have one.
struct NameClaims {
    private var owners: [String: String] = [:]
    private(set) var faults: [ExportFault] = []

    /// Takes a name for a part.
    ///
    /// - Parameters:
    ///   - what: the part for people, such as `the cell 'us-east-1'`.
    ///   - kind: what the target calls what has the name.
    mutating func claim(_ name: String, _ kind: String, for part: TopologyPart, _ what: String) {
        check(name, kind, for: part, what)
        if let owner = owners.updateValue(what, forKey: "\(kind) \(name)") {
            faults.append(ExportFault(part, "\(owner) and \(what) would both be the \(kind) '\(name)'"))
        }
    }

    /// The same of a name that several parts may have.
    mutating func check(_ name: String, _ kind: String, for part: TopologyPart, _ what: String) {
        guard !DNSLabel.isValid(name) else { return }
        let count = name.utf8.count
        let why =
            count > DNSLabel.longest
            ? "has \(count) characters, and \(DNSLabel.longest) are the most"
            : "is no DNS label: those have a-z, 0-9 and '-', and begin and end without '-'"
        faults.append(ExportFault(part, "\(what) would be the \(kind) '\(name)', which \(why)"))
    }

    /// Takes a name for what the target itself needs.
    mutating func reserve(_ name: String, _ kind: String, _ what: String) {
        claim(name, kind, for: .mesh, what)
    }
}
