import MeshBase
import Topology

/// A region as read, with its cells before they are numbered.
struct RegionDraft {
    struct Cell {
        var name: String
        var zone: Int
        var weight: UInt32
        var blueprint: BlueprintShelf.Reference
        var position: Position
    }
    var region: Region
    var near: [YAMLValue]
    var blueprint: BlueprintShelf.Reference
    var cells: [Cell]
    var position: Position
}

extension TopologyReader {
    func regions(_ map: MappingReader) -> [RegionDraft] {
        guard let value = map.required("regions"),
            let items = read.list(value, "'regions'", most: TopologyLimits.regions)
        else { return [] }
        if items.isEmpty { reporter.error(.tooFew, at: value.position, "'regions' needs at least one region") }
        var drafts: [RegionDraft] = []
        for item in items {
            guard let map = read.mapping(item, "a region"), let draft = region(map) else { continue }
            if let earlier = drafts.first(where: { $0.region.name == draft.region.name }) {
                duplicate("regions", draft.region.name, at: draft.position, first: earlier.position)
            } else {
                drafts.append(draft)
            }
        }
        return drafts
    }

    /// Numbers the cells and gives each its blueprint.
    func cells(of regions: [RegionDraft], common: BlueprintShelf.Reference, _ map: MappingReader) -> [Cell] {
        var cells: [Cell] = []
        var first: [String: Position] = [:]
        var isMissing = false
        for (number, region) in regions.enumerated() {
            for cell in region.cells {
                if cells.count == TopologyLimits.cells {
                    reporter.error(
                        .tooMany, at: cell.position, "at most \(TopologyLimits.cells) cells are possible in a mesh")
                    return cells
                }
                if let earlier = first[cell.name] {
                    duplicate("cells", cell.name, at: cell.position, first: earlier)
                    continue
                }
                first[cell.name] = cell.position
                let own = cell.blueprint == .none ? region.blueprint : cell.blueprint
                let blueprint = own == .none ? common : own
                var position = 0
                switch blueprint {
                case .none: isMissing = true
                case .broken: break
                case .position(let known): position = known
                }
                cells.append(
                    Cell(name: cell.name, region: number, zone: cell.zone, weight: cell.weight, blueprint: position))
            }
        }
        if isMissing { map.missing("blueprint", hint: "name a file, as in 'blueprint: ../cells/storefront.yaml'") }
        return cells
    }

    func checkNear(_ drafts: [RegionDraft]) {
        let names = drafts.map(\.region.name)
        for draft in drafts {
            for value in draft.near {
                guard case .text(let name, _) = value.content else { continue }
                if !names.contains(name) {
                    unknownRegion(name, at: value.position, names)
                } else if name == draft.region.name {
                    reporter.error(.badLink, at: value.position, "the region '\(name)' is near to itself")
                }
            }
        }
    }

    private func region(_ map: MappingReader) -> RegionDraft? {
        let position = map.entry("name")?.value.position ?? map.position
        let name = map.requiredName("name")
        let geography = map.optionalName("geography")
        let zones = zones(map)
        let near = map.list("near", most: TopologyLimits.regions) ?? []
        let nearNames = near.compactMap { read.text($0, "a region in 'near'") }
        let blueprint = shelf.reference(map.value("blueprint"), reporter: reporter)
        let cells = cells(map, region: name ?? "unnamed", zones: zones)
        map.finish()
        guard let name else { return nil }
        return RegionDraft(
            region: Region(name: name, geography: geography, zones: zones, near: nearNames), near: near,
            blueprint: blueprint, cells: cells, position: position)
    }

    private func zones(_ map: MappingReader) -> [String] {
        guard let entry = map.entry("zones"), let items = map.list("zones", most: TopologyLimits.zonesPerRegion)
        else { return ["a"] }
        var zones: [String] = []
        for item in items {
            guard let zone = read.name(item, "a zone") else { continue }
            if zones.contains(zone) {
                reporter.error(.duplicateName, at: item.position, "two zones of a region are named '\(zone)'")
            } else {
                zones.append(zone)
            }
        }
        if items.isEmpty { reporter.error(.tooFew, at: entry.value.position, "'zones' needs at least one zone") }
        return zones.isEmpty ? ["a"] : zones
    }

    private func cells(_ map: MappingReader, region: String, zones: [String]) -> [RegionDraft.Cell] {
        guard let value = map.required("cells") else { return [] }
        if case .list = value.content {
            let items = read.list(value, "'cells'", most: TopologyLimits.cells) ?? []
            if items.isEmpty { reporter.error(.tooFew, at: value.position, "'cells' needs at least one cell") }
            return items.enumerated().compactMap { cell($0.element, number: $0.offset, zones: zones) }
        }
        guard let count = read.integer(value, "'cells'", 1...TopologyLimits.cells) else { return [] }
        if !TopologyName.isValid("\(region)-\(count)") {
            reporter.error(
                .badName, at: value.position, "the name '\(region)-\(count)' of a cell is too long",
                hint: "a name has at most \(TopologyName.longest) characters")
        }
        return (0..<count).map {
            RegionDraft.Cell(
                name: "\(region)-\($0 + 1)", zone: $0 % zones.count, weight: 1, blueprint: .none,
                position: value.position)
        }
    }

    /// A name, or a mapping with a name, a zone, a weight and a blueprint.
    private func cell(_ value: YAMLValue, number: Int, zones: [String]) -> RegionDraft.Cell? {
        guard case .mapping = value.content else {
            return cellName(value).map {
                RegionDraft.Cell(
                    name: $0, zone: number % zones.count, weight: 1, blueprint: .none, position: value.position)
            }
        }
        guard let map = read.mapping(value, "a cell") else { return nil }
        let name = map.required("name").flatMap(cellName)
        let zone = map.value("zone").map { zonePosition($0, zones) } ?? number % zones.count
        let weight = map.integer("weight", 1...TopologyLimits.cellWeight, default: 1)
        let blueprint = shelf.reference(map.value("blueprint"), reporter: reporter)
        map.finish()
        return name.map {
            RegionDraft.Cell(
                name: $0, zone: zone, weight: UInt32(weight), blueprint: blueprint, position: value.position)
        }
    }

    private func cellName(_ value: YAMLValue) -> String? {
        guard let name = read.name(value, "the name of a cell") else { return nil }
        return isReserved(name, at: value.position) ? nil : name
    }

    /// Routers, cells and the control plane are members of one group, by name.
    func isReserved(_ name: String, at position: Position) -> Bool {
        guard name == "control" else { return false }
        reporter.error(.badName, at: position, "the name 'control' belongs to the control plane")
        return true
    }

    private func zonePosition(_ value: YAMLValue, _ zones: [String]) -> Int {
        guard let name = read.text(value, "'zone'") else { return 0 }
        if let position = zones.firstIndex(of: name) { return position }
        reporter.error(
            .unknownZone, at: value.position, "this region has no zone '\(YAMLValue.clipped(name))'",
            hint: NearestWord.hint(for: name, among: zones, listing: "zones"))
        return 0
    }
}
