import MeshBase

/// Finds a pin by its customer in one or two probes: open addressing over the hash, at most half full.
struct PinIndex: Sendable {
    private var keys: [UInt64] = []
    /// Which pin of all, or -1 where the slot is free.
    private var positions: [Int32] = []
    private(set) var pins: [PlacementEntry.Pin] = []
    private var mask = 0

    init(_ table: PlacementTable) {
        for entry in table.entries where !entry.pins.isEmpty { pins += entry.pins }
        guard !pins.isEmpty else { return }
        var size = 16
        while size < pins.count * 2 { size *= 2 }
        keys = Array(repeating: 0, count: size)
        positions = Array(repeating: -1, count: size)
        mask = size - 1
        for (number, pin) in pins.enumerated() {
            var slot = start(pin.customer)
            while positions[slot] >= 0 { slot = (slot + 1) & mask }
            keys[slot] = pin.customer.rawValue
            positions[slot] = Int32(number)
        }
    }

    @inline(__always) var isEmpty: Bool { positions.isEmpty }

    func position(of customer: CustomerHash) -> Int? {
        guard !positions.isEmpty else { return nil }
        var slot = start(customer)
        while positions[slot] >= 0 {
            if keys[slot] == customer.rawValue { return Int(positions[slot]) }
            slot = (slot + 1) & mask
        }
        return nil
    }

    private func start(_ customer: CustomerHash) -> Int { Int(truncatingIfNeeded: customer.rawValue) & mask }
}
