import Nodes
import Resilience
import Telemetry

/// What a cell gives up, for `degrade ls`; the contract is in docs/cli.md.
enum DegradationPage {
    static func text(_ view: DegradationView, cell: String) -> String {
        var json = JSONWriter(.compact)
        json.document { json in
            json.field("scope", "cell/\(cell)")
            json.field("level", "\(view.level.name)")
            json.field("manual", view.manual.map { "\($0.name)" })
            json.field("controller", view.controller.map { "\($0.name)" })
            json.field("by", view.source.name)
            json.field("verdict", view.verdict)
            json.array("features") { json in
                for feature in view.features {
                    json.object { json in
                        json.field("name", feature.name)
                        json.field("criticality", "\(feature.criticality.name)")
                        json.field("on", feature.isOn)
                        json.field("quality", feature.quality)
                        json.field("score", feature.score.isFinite ? feature.score : nil)
                    }
                }
            }
        }
        return json.string + "\n"
    }
}
