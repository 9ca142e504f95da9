import MeshBase
import Topology

@testable import Blueprints

/// What the reference must say of each key of a policy: its defaults in both profiles, and what may be written.
enum SettingRows {
    static let renderer = PoliciesRenderer(YAMLWriter())

    static let all: [(section: String, rows: [String])] = PoliciesBlock.entries.map { entry in
        (entry.key, entry.fields.map(row))
    }

    private static func row(_ field: SettingField<PoliciesBlock>) -> String {
        let values = [PolicyProfile.local, .seed].map { profile in
            field.value(in: profile.values).map { renderer.text($0, field.form) } ?? "-"
        }
        return "| `\(field.key)` | \(values[0]) | \(values[1]) | \(written(field.form)) |"
    }

    static func written(_ form: SettingForm) -> String {
        switch form {
        case .integer(let range): "\(range.lowerBound) to \(range.upperBound)"
        case .size(let range):
            "\(Syntax.written(bytes: range.lowerBound)) to \(Syntax.written(bytes: range.upperBound))"
        case .ratio(let range):
            range == 0...1 ? "ratio" : "\(Syntax.written(range.lowerBound)) to \(Syntax.written(range.upperBound))"
        case .number(let range): "\(Syntax.written(range.lowerBound)) to \(Syntax.written(range.upperBound))"
        case .duration(let range): "\(Syntax.written(range.lowerBound)) to \(Syntax.written(range.upperBound))"
        case .toggle: "on, off"
        case .words(let words): words.joined(separator: ", ")
        case .name: "name"
        case .list(let inner, let count): "list of \(count.lowerBound) to \(count.upperBound): \(written(inner))"
        case .either(let first, let second): "\(written(first)); \(written(second))"
        }
    }
}
