import Membership
import MeshBase
import Nodes
import Topology

/// What a process that opens mesh links has to tell its node, beside requests and frames.
enum LinkingEvent {
    case start(seeds: [Endpoint])
    case wake
    case datagram(UnsafeRawBufferPointer, from: Endpoint)
    case leave
    case linkUp(CellIndex)
    case linkDown(CellIndex)
}

/// A node that opens mesh links to cells, with the sink of its process.
protocol LinkingNode: ~Copyable {
    associatedtype Outbox

    mutating func start(seeds: [Endpoint], now: Instant, into sink: inout Outbox)
    mutating func wake(now: Instant, into sink: inout Outbox)
    mutating func handle(datagram: UnsafeRawBufferPointer, from: Endpoint, now: Instant, into sink: inout Outbox)
    mutating func leave(now: Instant, into sink: inout Outbox)
    mutating func linkUp(_ cell: CellIndex, now: Instant, into sink: inout Outbox)
    mutating func linkDown(_ cell: CellIndex, now: Instant, into sink: inout Outbox)
}

extension LinkingNode where Self: ~Copyable {
    mutating func handle(_ event: LinkingEvent, now: Instant, into sink: inout Outbox) {
        switch event {
        case .start(let seeds): start(seeds: seeds, now: now, into: &sink)
        case .wake: wake(now: now, into: &sink)
        case .datagram(let bytes, let sender): handle(datagram: bytes, from: sender, now: now, into: &sink)
        case .leave: leave(now: now, into: &sink)
        case .linkUp(let cell): linkUp(cell, now: now, into: &sink)
        case .linkDown(let cell): linkDown(cell, now: now, into: &sink)
        }
    }
}
