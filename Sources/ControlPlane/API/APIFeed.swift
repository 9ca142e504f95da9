import Reports

/// What the API lets others follow.
package protocol APIFeed: AnyObject {
    /// What happened after an event.
    func events(since: Int64, limit: Int) -> Result<EventsReport, APIFailure>
    /// Makes the feed; nil before there is one.
    var live: LiveDesk? { get }
}

extension APIFeed {
    package var live: LiveDesk? { nil }
}
