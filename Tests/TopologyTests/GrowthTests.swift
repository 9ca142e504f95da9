import Foundation
import MeshBase
import Testing

@testable import Topology

@Suite struct GrowthTests {
    @Test func aFurtherCellIsAsItsMatesAre() throws {
        let founded = threeRegions()
        let cell = founded.furtherCell(in: 0)
        let mates = founded.cells.filter { $0.region == 0 }
        #expect(cell.name == "\(founded.regions[0].name)-\(mates.count + 1)" && cell.blueprint == mates[0].blueprint)
        let perZone = founded.regions[0].zones.indices.map { zone in mates.count { $0.zone == zone } }
        #expect(perZone[cell.zone] == perZone.min())
        let grown = try founded.grown([cell])
        #expect(grown.cells.last == cell && grown.foundingCells == founded.cells.count && grown.addedSince == [cell])
        #expect(grown.asFounded == founded)
        // It is the same mesh to those who have not heard of it, and its model says nothing of it.
        #expect(grown.wireLabel == founded.wireLabel)
        #expect(try JSONDecoder().decode(MeshTopology.self, from: JSONEncoder().encode(grown)).addedCells == 0)
        #expect(grown.furtherCell(in: 0).name != cell.name)
    }

    @Test func whatCannotBeIsRefused() throws {
        let founded = threeRegions()
        let cell = founded.furtherCell(in: 0)
        let grown = try founded.grown([cell])
        #expect(throws: GrowthFault.notLonger) { try grown.grown([]) }
        var other = cell
        other.zone = 0
        other.name = "elsewhere"
        #expect(throws: GrowthFault.notLonger) { try grown.grown([other, cell]) }
        #expect(throws: GrowthFault.nameTaken(cell.name)) { try grown.grown([cell, cell]) }
        for wrong in [
            Cell(name: "x", region: 99, zone: 0), Cell(name: "x", region: 0, zone: 99),
            Cell(name: "x", region: 0, zone: 0, blueprint: 99), Cell(name: "X y", region: 0, zone: 0),
        ] {
            #expect(throws: GrowthFault.noSuchPlace(wrong.name)) { try grown.grown([cell, wrong]) }
        }
        var many: [Cell] = []
        for number in 0...TopologyLimits.cells { many.append(Cell(name: "m\(number)", region: 0, zone: 0)) }
        #expect(throws: GrowthFault.tooMany(founded.cells.count + many.count)) { try founded.grown(many) }
    }
}
