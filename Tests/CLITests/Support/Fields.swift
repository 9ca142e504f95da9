import Foundation

@testable import cellmesh

/// A document as whoever reads it with any parser sees it: members by name, nothing for what is not there.
struct Fields {
    private let value: Any?

    private init(_ value: Any?) { self.value = value }

    init(_ json: String) {
        value = try? JSONSerialization.jsonObject(with: Data(json.utf8), options: [.fragmentsAllowed])
    }

    subscript(key: String) -> Fields { Fields((value as? [String: Any])?[key]) }

    var elements: [Fields] { (value as? [Any] ?? []).map { Fields($0) } }
    var text: String? { value as? String }
    var int: Int? { (value as? NSNumber)?.intValue }
    var double: Double? { (value as? NSNumber)?.doubleValue }
    var flag: Bool? { value as? Bool }
    var isNull: Bool { value == nil || value is NSNull }
}

extension Report {
    var fields: Fields { Fields(json(.compact)) }
}
