import MeshBase
import Resilience

/// Bytes that all work of the cell may hold (C14): what would go beyond is refused before it begins.
extension ServiceGraph {
    /// What a call is taken for, from its admission to its end: its state, its attempts at others and its answer.
    static let callBytes = 4_096

    /// What a call is to hold, now taken; nil where there is not so much.
    ///
    /// - Parameter request: what its client sent, kept where it may reach a program.
    mutating func take(for invocation: Invocation, _ request: ProgramRequest?) -> Int? {
        guard countsMemory else { return 0 }
        var bytes = Self.callBytes
        if let request, catalogue.reachesProgram[invocation.service] { bytes += request.bytes }
        return take(bytes) ? bytes : nil
    }

    /// The value of an order of the store, until it has answered.
    ///
    /// - Returns: false where there is not so much; then nothing is taken.
    mutating func take(value bytes: Int) -> Bool { !countsMemory || take(bytes) }

    private mutating func take(_ bytes: Int) -> Bool {
        if memory.take(bytes) { return true }
        if memory.held > 0 { starved &+= 1 }
        return false
    }

    mutating func giveBack(value bytes: Int) {
        if countsMemory { memory.giveBack(bytes) }
    }
}

extension ProgramRequest {
    var bytes: Int { customer.count + path.count + key.count + body.count }
}
