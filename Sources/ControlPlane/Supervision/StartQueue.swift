import MeshBase
import Topology

/// Processes that wait for their turn to be started, in the order in which they were asked for.
struct StartQueue {
    struct Entry {
        var name: ProcessName
        /// Members that it joins through, as of the time when it was asked for: of a mesh that begins the control plane alone.
        /// Whoever comes late would ask others too, and get from each of them what the first has told it.
        var join: [Endpoint]
        var store: StoreWord?
    }

    private var entries: [Entry] = []
    private var head = 0
    private var names: Set<ProcessName> = []

    func contains(_ name: ProcessName) -> Bool { names.contains(name) }

    mutating func append(_ names: [ProcessName], join: [Endpoint], _ words: [ProcessName: StoreWord]) {
        for name in names where self.names.insert(name).inserted {
            entries.append(Entry(name: name, join: join, store: words[name]))
        }
    }

    mutating func popFirst() -> Entry? {
        guard head < entries.count else { return nil }
        defer {
            head += 1
            if head == entries.count { removeAll() }
        }
        names.remove(entries[head].name)
        return entries[head]
    }

    mutating func removeAll() {
        entries.removeAll()
        head = 0
        names.removeAll()
    }
}
