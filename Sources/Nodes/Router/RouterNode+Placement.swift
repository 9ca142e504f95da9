import MeshBase
import Replication
import Sharding
import Wire

/// How a router follows the placement: it asks each cell once a second whether it knows of newer entries, tells cells
/// that lack some, and learns from refusals. It needs no control plane for that.
extension RouterNode {
    static var exchangeInterval: TimeAmount { .seconds(1) }
    /// In place of an operation's number, which is never this one.
    static var exchangeRequest: UInt64 { .max }

    /// The cells are asked in turn of a second.
    mutating func exchangeAll(now: Instant, into sink: inout some RouterSink) {
        var isAnyUp = false
        for position in links.indices where links[position].state == .up {
            isAnyUp = true
            ask(CellIndex(position), ledger.question, into: &sink)
        }
        nextExchange = isAnyUp ? now + Self.exchangeInterval : .distantFuture
    }

    mutating func ask(_ cell: CellIndex, _ exchange: EntryExchange, into sink: inout some RouterSink) {
        var body = ByteBuffer()
        exchange.append(to: &body)
        let head = FrameHead(
            kind: .entries, request: Self.exchangeRequest, customer: CustomerHash(rawValue: 0), epoch: .first)
        if !sink.send(head, to: cell, body: body.bytes) { counters.unsent += 1 }
    }

    /// Tells a cell, ahead of a request, of the entry that this is made by.
    mutating func tell(_ cell: CellIndex, of customer: CustomerHash, into sink: inout some RouterSink) {
        counters.entriesTold += 1
        let entries = ledger.sealed(ledger.table.cohort(of: customer)).map { [$0] } ?? []
        ask(cell, EntryExchange(digest: ledger.digest, entries: entries), into: &sink)
    }

    /// Entries that came with a refusal.
    mutating func learn(_ body: UnsafeRawBufferPointer) {
        guard body.count > 0 else { return }
        guard let entries = EntryExchange.entries(body, cohorts: ledger.cohorts) else {
            counters.lateFrames += 1
            return
        }
        for entry in entries { ledger.take(entry) }
    }

    mutating func exchanged(
        _ frame: borrowing FrameView, by cell: CellIndex, now: Instant, into sink: inout some RouterSink
    ) {
        links[cell.position].exchanges &+= 1
        guard frame.head.kind == .reply, let exchange = EntryExchange(frame.body, cohorts: ledger.cohorts) else {
            counters.lateFrames += 1
            return
        }
        let (news, more) = ledger.hear(answer: exchange)
        if !news.isEmpty { sink.emit(.placement(version: ledger.table.version)) }
        if let more { ask(cell, more, into: &sink) }
    }

    /// How long ago this router sent a client's request to a cell; nil for never.
    package func idle(_ cell: CellIndex, now: Instant) -> TimeAmount? {
        links[cell.position].usedAt == .zero ? nil : now - links[cell.position].usedAt
    }
}
