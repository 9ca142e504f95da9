/// Events of one tick, folded: what several processes saw is one.
package struct FeedEvents: Codable, Sendable, Equatable {
    /// Most events of one message.
    package static let most = 100

    /// One event, however many saw it.
    package struct Event: Codable, Sendable, Equatable {
        /// Counts events; told again under the same number where further processes saw it.
        package var n: UInt64
        /// As the first told it, its time included.
        package var event: EventRecord
        /// Who saw it, `mostObservers` at most by name, and how many in all.
        package var observers: [String]
        /// See `observers`.
        package var seen: Int

        /// Most names of observers.
        package static let mostObservers = 4

        /// One event.
        package init(n: UInt64, event: EventRecord, observers: [String], seen: Int) {
            self.n = n
            self.event = event
            self.observers = observers
            self.seen = seen
        }
    }
    /// By number.
    package var events: [Event]
    /// Events of this tick that had no room.
    package var missed: Int

    /// Those of one tick.
    package init(events: [Event], missed: Int = 0) {
        self.events = events
        self.missed = missed
    }
}

/// The last message of a stream.
package struct FeedBye: Codable, Sendable, Equatable {
    /// `stopping behind limit full`.
    package var reason: String
    /// Of a recording: it has come to its own end, and was not cut off. Absent of a live feed.
    package var whole: Bool?

    /// Why it ends.
    package init(reason: String, whole: Bool? = nil) {
        self.reason = reason
        self.whole = whole
    }
}

/// Cells that one reader wants to know all of.
package struct FeedDetail: Codable, Sendable, Equatable {
    /// Most cells for one reader.
    package static let most = 4

    /// Milliseconds since 1970, UTC.
    package var t: Int64
    /// What each told last; absent for one that told nothing.
    package var cells: [String: CellVitals]

    /// As of one instant.
    package init(t: Int64, cells: [String: CellVitals]) {
        self.t = t
        self.cells = cells
    }
}

/// One message of the feed: a server-sent event, or a line of a recording.
package enum FeedMessage: Sendable, Equatable {
    case hello(FeedHello)
    case shape(FeedShape)
    case state(FeedState)
    case delta(FeedDelta)
    case event(FeedEvents)
    /// Of one reader alone: it is in no recording.
    case detail(FeedDetail)
    case bye(FeedBye)

    /// The name of its event.
    package var name: String { key.rawValue }

    /// The number that a reader names in `Last-Event-ID`; nil where it is none to go on from.
    package var id: UInt64? {
        switch self {
        case .state(let state): state.seq
        case .delta(let delta): delta.seq
        default: nil
        }
    }

    private enum CodingKeys: String, CodingKey { case hello, shape, state, delta, event, detail, bye }
    private var key: CodingKeys {
        switch self {
        case .hello: .hello
        case .shape: .shape
        case .state: .state
        case .delta: .delta
        case .event: .event
        case .detail: .detail
        case .bye: .bye
        }
    }

    /// The document alone, in one line with a line feed at its end.
    package var document: [UInt8] {
        switch self {
        case .hello(let hello): ReportJSON.encode(hello)
        case .shape(let shape): ReportJSON.encode(shape)
        case .state(let state): ReportJSON.encode(state)
        case .delta(let delta): ReportJSON.encode(delta)
        case .event(let events): ReportJSON.encode(events)
        case .detail(let detail): ReportJSON.encode(detail)
        case .bye(let bye): ReportJSON.encode(bye)
        }
    }

    /// A server-sent event (WHATWG HTML, 9.2): its fields, and an empty line.
    package var serverSentEvent: [UInt8] {
        var bytes: [UInt8] = []
        if let id { bytes += "id: \(id)\n".utf8 }
        bytes += "event: \(name)\ndata: ".utf8
        return bytes + document + [UInt8(ascii: "\n")]
    }

    /// What is sent every 10 s where nothing else is: a comment.
    package static let keepAlive = Array(": keep\n\n".utf8)

    /// A line of a recording, its line feed included.
    package var line: [UInt8] { Array("{\"\(name)\":".utf8) + document.dropLast() + Array("}\n".utf8) }
}

extension FeedMessage: Decodable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        guard let key = container.allKeys.first, container.allKeys.count == 1 else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "it is no message of the feed"))
        }
        switch key {
        case .hello: self = .hello(try container.decode(FeedHello.self, forKey: key))
        case .shape: self = .shape(try container.decode(FeedShape.self, forKey: key))
        case .state: self = .state(try container.decode(FeedState.self, forKey: key))
        case .delta: self = .delta(try container.decode(FeedDelta.self, forKey: key))
        case .event: self = .event(try container.decode(FeedEvents.self, forKey: key))
        case .detail: self = .detail(try container.decode(FeedDetail.self, forKey: key))
        case .bye: self = .bye(try container.decode(FeedBye.self, forKey: key))
        }
    }
}
