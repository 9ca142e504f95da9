import MeshBase
import Reports

/// What makes two tellings one event: the same was done to the same thing in the same life of it.
package struct EventIdentity: Hashable, Sendable {
    /// As of the record.
    package var type: String
    /// As of the record.
    package var action: String
    /// As of the record.
    package var id: String
    /// Of a member; nil for what has none.
    package var incarnation: EventRecord.Value?

    /// Of what somebody has told.
    package init(_ record: EventRecord) {
        type = record.type
        action = record.action
        id = record.id
        incarnation = record.attributes["incarnation"]
    }
}
