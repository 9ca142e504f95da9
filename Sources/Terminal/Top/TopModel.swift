import Feed
import MeshBase
import Reports

/// All that `top` knows and shows: what the feed has told, and what somebody does with keys. It has no clock and does
/// nothing itself: keys give orders.
package struct TopModel: Sendable {
    /// How the feed is.
    package enum Link: Sendable, Equatable {
        case connecting
        case live
        /// It has ended, and why; it is tried again.
        case lost(String)
    }
    /// What stands over the rows.
    package enum Page: Sendable, Equatable {
        case list
        /// All of one cell.
        case detail(String)
        case help
        /// A line is being typed.
        case prompt(TopPrompt)
        /// An action waits for an answer.
        case question(TopQuestion)
    }

    /// So many samples of each cell's load are kept.
    package static let samples = 32
    /// Newest events that are kept.
    static let mostEvents = 100
    /// A message stands so long.
    static let messageTime = TimeAmount.seconds(10)
    /// From one tick to the next, in milliseconds.
    package static let periods = [200, 500, 1_000, 2_000, 5_000, 10_000]

    /// Whether it may change the mesh.
    package let isReadOnly: Bool
    package internal(set) var view: TopView
    package internal(set) var page = Page.list
    package internal(set) var link = Link.connecting
    /// In milliseconds.
    package internal(set) var period: Int
    /// Of rows; `!word` turns it round. Empty for all.
    package internal(set) var filter = ""
    var sorts: [TopView: TopSort] = [:]
    /// The row that keys are about, by its id.
    var selected: [TopView: String] = [:]
    /// What is shown goes on no further.
    package internal(set) var isHeld = false
    var heldState: FeedState?
    var message: (text: String, tone: Tone, at: Instant)?

    package private(set) var hello: FeedHello?
    private(set) var shape: TopShape?
    private var reader = DeltaReader()
    private(set) var newsAt: Instant?
    /// By cell, the latest last.
    private(set) var loads: [[Float?]] = []
    /// By cell: since when it is in its state, in milliseconds since 1970; nil where that was before this began to look.
    private(set) var since: [Int64?] = []
    /// By number.
    private(set) var events: [FeedEvents.Event] = []
    var details: [String: CellVitals] = [:]
    package var traces: [TraceHead]?

    /// Nothing is known yet.
    package init(view: TopView = .cells, period: Int = 1_000, isReadOnly: Bool = false) {
        self.view = view
        self.period = period
        self.isReadOnly = isReadOnly
    }

    /// What is shown; nil before the first state.
    package var state: FeedState? { isHeld ? heldState : reader.state }
    /// The newest, whatever is shown.
    var newest: FeedState? { reader.state }

    /// The latest uses of a cell's capacity.
    func load(of cell: Int) -> ArraySlice<Float?> { cell < loads.count ? loads[cell][...] : [] }

    // MARK: The feed

    /// A new connection begins: what comes has its own numbers.
    package mutating func connecting() {
        if case .lost = link { return }
        link = .connecting
    }

    /// - Returns: whether the feed has to be asked anew, since what came does not go on from what is known.
    package mutating func take(_ message: FeedMessage, now: Instant) -> Bool {
        link = .live
        newsAt = now
        switch message {
        case .hello(let hello):
            // Another life counts its events anew.
            if hello.boot != self.hello?.boot { events = [] }
            self.hello = hello
        case .shape(let shape): self.shape = TopShape(shape)
        case .state, .delta:
            let before = reader.state
            do throws(DeltaReader.Problem) { try reader.take(message) } catch { return true }
            if let state = reader.state { note(state, before: before) }
        case .event(let events): take(events)
        case .detail(let detail): details = detail.cells
        case .bye(let bye): link = .lost(bye.reason == "stopping" ? "the control plane stops" : bye.reason)
        }
        return false
    }

    /// Nothing more comes for now.
    package mutating func lost(_ reason: String) { link = .lost(reason) }

    private mutating func note(_ state: FeedState, before: FeedState?) {
        let count = state.cells.count
        if loads.count != count { loads = Array(repeating: [], count: count) }
        if since.count != count { since = Array(repeating: nil, count: count) }
        for cell in 0..<count {
            loads[cell].append(state.cells[.util, cell].value(.util).map { Float($0) })
            if loads[cell].count > Self.samples { loads[cell].removeFirst(loads[cell].count - Self.samples) }
            if let before, before.cells.count == count, before.cells[.state, cell] != state.cells[.state, cell] {
                since[cell] = state.t
            }
        }
    }

    private mutating func take(_ message: FeedEvents) {
        for event in message.events {
            // One that is told again stays where it stood: of two of a cell the later number is the later news.
            if let place = events.lastIndex(where: { $0.n == event.n }) {
                events[place] = event
            } else {
                events.append(event)
            }
        }
        if events.count > Self.mostEvents { events.removeFirst(events.count - Self.mostEvents) }
    }

    // MARK: How old it is

    /// Whether what is shown is not the mesh as it is: nothing has come for two ticks, or the connection is gone.
    package func isStale(_ now: Instant) -> Bool {
        guard case .live = link, let newsAt else { return true }
        return now - newsAt > .milliseconds(Int64(2 * period) + 500)
    }

    /// Time passes: messages fade, as do refusals, and a prediction that stands no more is made anew.
    package mutating func tick(_ now: Instant) -> [TopOrder] {
        if let message, now - message.at >= Self.messageTime { self.message = nil }
        dropClosed(now)
        return renewPrediction(now)
    }

    mutating func say(_ text: String, _ tone: Tone = .plain, _ now: Instant) { message = (text, tone, now) }

    /// Says something that was not asked for by a key.
    package mutating func say(_ text: String, _ now: Instant) { say(text, .warn, now) }

    /// Whether something is said that fades.
    package var isSaying: Bool {
        if case .question(let question) = page, question.closedAt != nil { return true }
        return message != nil
    }

    /// `TYPE/NAME` of each row.
    package var names: [String] {
        let list = TopList(self)
        let kind =
            switch view {
            case .cells, .members: "cell"
            case .customers: "customer"
            case .services: "service"
            case .breakers: "gate"
            case .faults: "fault"
            case .traces: "trace"
            }
        return list.rows.map { "\(kind)/\(list.id($0))" }
    }
}
