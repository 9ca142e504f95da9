import MeshBase

/// Datagrams that wait for their time, in memory; bounded.
struct DatagramQueue {
    struct Entry {
        var endpoint: Endpoint
        var bytes: [UInt8]
    }

    private var entries: [Entry?] = []
    private var free: [UInt32] = []
    private(set) var bytes = 0

    static let most = 16_384
    static let mostBytes = 16 << 20

    var count: Int { entries.count - free.count }

    /// The slot of the datagram, or nil when the queue is full.
    mutating func add(_ datagram: UnsafeRawBufferPointer, to endpoint: Endpoint) -> UInt32? {
        guard count < Self.most, bytes + datagram.count <= Self.mostBytes else { return nil }
        bytes += datagram.count
        let entry = Entry(endpoint: endpoint, bytes: Array(datagram))
        if let slot = free.popLast() {
            entries[Int(slot)] = entry
            return slot
        }
        entries.append(entry)
        return UInt32(entries.count - 1)
    }

    mutating func take(_ slot: UInt32) -> Entry? {
        guard entries.indices.contains(Int(slot)), let entry = entries[Int(slot)] else { return nil }
        entries[Int(slot)] = nil
        free.append(slot)
        bytes -= entry.bytes.count
        return entry
    }
}
