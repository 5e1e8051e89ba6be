/**
 * The venues, horses and greyhounds of generated racing. All of them are invented; a runner's name and ability belong to
 * its number for good, so that the same horse comes back in later races and form can be learnt.
 */
import { SeededRandom } from "./SeededRandom.ts"

export type Sport = "horses" | "greyhounds"

export interface Venue {
  readonly name: string
  readonly countryCode: "GB" | "IE"
}

export const venues: Readonly<Record<Sport, ReadonlyArray<Venue>>> = {
  horses: [
    { name: "Aldersley Park", countryCode: "GB" },
    { name: "Brackenmoor", countryCode: "GB" },
    { name: "Castle Dunmore", countryCode: "IE" },
    { name: "Elmhurst Downs", countryCode: "GB" },
    { name: "Glenvara", countryCode: "IE" },
    { name: "Harrow Vale", countryCode: "GB" },
    { name: "Kilbrannock", countryCode: "IE" },
    { name: "Saltmarsh", countryCode: "GB" }
  ],
  greyhounds: [
    { name: "Ashby Lane", countryCode: "GB" },
    { name: "Carrowbeg", countryCode: "IE" },
    { name: "Dockside", countryCode: "GB" },
    { name: "Millbrook Road", countryCode: "GB" },
    { name: "Northwell", countryCode: "GB" },
    { name: "Tullyard", countryCode: "IE" }
  ]
}

const horseFirst = (
  "Amber Autumn Bold Brave Bright Broken Bronze Celtic Clever Copper Crimson Daring Distant Dusty Early Eastern Evening " +
  "Faithful Fallen Final Frozen Gallant Gentle Golden Grand Happy Hidden Highland Honest Humble Icy Iron Ivory Jolly " +
  "Kindly Last Little Lonely Lucky Mellow Merry Midnight Misty Modest Morning Mystic Noble Northern Patient Proud Quiet " +
  "Rapid Restless Roaming Royal Rustic Sandy Scarlet Secret Silent Silver Simple Smiling Southern Stormy Summer Sunlit " +
  "Swift Tender Timeless Velvet Wandering Western Wild Willing Winter Wise"
).split(" ")
const horseSecond = (
  "Accord Anthem Arrow Avenue Ballad Banner Beacon Bishop Bramble Bridge Canyon Captain Charm Cloud Comet Corner Courier " +
  "Crown Dancer Dawn Dream Echo Ember Falcon Fable Feather Fiddler Flame Garden Glory Harbour Harvest Haven Herald Hero " +
  "Horizon Island Jester Journey Kestrel Kingdom Lady Lantern Legend Letter Magic Marble Meadow Melody Memory Minstrel " +
  "Moment Monarch Mountain Ocean Oracle Orchard Paddock Parade Pilgrim Poet Promise Ranger Rebel Rhythm Ribbon River " +
  "Sailor Scholar Shadow Signal Song Spirit Summit Tale Thunder Tide Treasure Valley Verse Voyage Whisper Wonder"
).split(" ")
const kennels = (
  "Ardmore Ballycross Beechwood Clonard Coolfin Drumbeg Dunlea Fernhill Garrymore Hazelwood Kilmuckle Knockroe " +
  "Lissard Moorside Newtown Oakfield Rathmoy Roxhall Slieve Swiftbank Tinnock Westmead Whinfield Yardley"
).split(" ")
const greyhoundSecond = (
  "Ace Ben Bolt Boss Buzz Champ Clover Comet Dash Diva Duke Express Fizz Flash Flyer Ginger Gypsy Hawk Jack Jet Jewel " +
  "King Lass Lily Magic Maisie Mick Nelly Nova Penny Pilot Poppy Prince Queen Rebel Rocket Rosie Rover Ruby Scout " +
  "Shadow Sparky Star Storm Tiger Topper Turbo Twister Vixen Whizz Zoe"
).split(" ")

/** Runners are kept in herds; a race draws its field from one, so that nobody runs in two races of the same hours. */
const herds = 150
const herdSize = 40
/** Without a common factor with the numbers of names, so that neighbours have nothing in common and names repeat late. */
const stride = 2731

const words: Readonly<Record<Sport, readonly [ReadonlyArray<string>, ReadonlyArray<string>]>> = {
  horses: [horseFirst, horseSecond],
  greyhounds: [kennels, greyhoundSecond]
}
const firstSelectionId: Readonly<Record<Sport, number>> = { horses: 60_000_000, greyhounds: 70_000_000 }
/** Spread of ability: greyhounds are graded, so the fields of their races are closer. */
const abilitySpread: Readonly<Record<Sport, number>> = { horses: 0.65, greyhounds: 0.35 }

const nameOf = (sport: Sport, number: number): string => {
  const [first, second] = words[sport]
  const place = (number * stride) % (first.length * second.length)
  return `${first[place % first.length]!} ${second[Math.floor(place / first.length)]!}`
}

export interface Runner {
  readonly selectionId: number
  readonly name: string
  /** Natural logarithm of the runner's strength, 0 for an average one. */
  readonly ability: number
}

/** The runner of that number (0 to `herds × herdSize - 1`) in the world of `seed`. */
const runnerOf = (seed: number, sport: Sport, number: number): Runner => {
  const selectionId = firstSelectionId[sport] + number * 7
  return {
    selectionId,
    name: nameOf(sport, number),
    ability: new SeededRandom(seed, selectionId).normal() * abilitySpread[sport]
  }
}

/** `size` different runners for the `raceIndex`-th race. */
export const drawField = (
  random: SeededRandom,
  seed: number,
  raceIndex: number,
  sport: Sport,
  size: number
): ReadonlyArray<Runner> => {
  const numbers = Array.from({ length: herdSize }, (_, i) => (raceIndex % herds) * herdSize + i)
  return Array.from({ length: size }, (_, i) => {
    const j = i + random.below(herdSize - i)
    const drawn = numbers[j]!
    numbers[j] = numbers[i]!
    return runnerOf(seed, sport, drawn)
  })
}
