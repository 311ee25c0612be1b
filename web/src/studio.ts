/**
 * The page as a whole: which source is shown, what the address says, which lesson is open. Everything
 * that goes wrong on the way ends as a sentence in `trouble`, and the page goes on with what it has.
 */
import { batch, type Signal, signal } from '@preact/signals';
import type { SceneOverlay } from 'ringlight/scene';
import { askedLesson, withAsks } from './lessons/asked.ts';
import { Course, type OpenLesson } from './lessons/course.ts';
import { fetchLesson, isListed, LISTED, lessonOf } from './lessons/index.ts';
import type { Lesson, LessonHead } from './lessons/lesson.ts';
import { FIRST_KEY, openingMoment } from './lessons/opening.ts';
import { type Asked, writeAsks } from './link/asks.ts';
import {
  type Link,
  readLink,
  type SceneLink,
  writeLessonLink,
  writeLiveLink,
  writeRecordingLink,
  writeSceneLink,
} from './link/link.ts';
import { type Moment, pastOf } from './model/moment.ts';
import { FIRST_PACE, Session } from './model/session.ts';
import type { ViewState } from './model/view-state.ts';
import type { LiveScene } from './sources/live-scenes.ts';
import type { OpenSource } from './sources/source.ts';
import { workerSource } from './sources/worker-source.ts';
import { actsAsked, type Questions, type Subject } from './teach/questions.ts';

export interface ShownSource {
  kind: 'lab' | 'live' | 'recording';
  /** Of a live one. */
  liveName: string;
  /** For people. */
  title: string;
}

const REAL_TIME_PACE = 1000;

const LAB: ShownSource = { kind: 'lab', liveName: '', title: 'Lab in this tab' };

export class Studio {
  readonly session: Session;
  readonly source: Signal<ShownSource> = signal(LAB);
  readonly liveScenes: Signal<readonly LiveScene[]> = signal([]);
  readonly course: Course;
  readonly helpOpen: Signal<boolean> = signal(false);
  /** What a teacher has asked so far: kept while the sheet that asks is closed. */
  readonly questions: Signal<Questions | null> = signal(null);
  /** The lesson whose work sheet is open. */
  readonly sheet: Signal<Lesson | null> = signal(null);
  /** A frame of another page: the picture, its words, and little else. */
  readonly isEmbedded: boolean;
  /** One line for people; '' for none. */
  readonly trouble: Signal<string> = signal('');
  /** Of the link that the open lesson came with. */
  #asks: readonly Asked[] = [];
  /** Lessons that were asked for: of two that are fetched the later one is opened. */
  #fetching = 0;
  readonly openLab: OpenSource;
  readonly #calm: boolean;

  /** `isCalm`: the viewer prefers less motion, so nothing plays by itself. */
  constructor(
    view: ViewState,
    isCalm: boolean,
    openLab: OpenSource = workerSource(),
    isEmbedded = false,
  ) {
    this.session = new Session(view);
    this.course = new Course(this.session, isCalm);
    this.#calm = isCalm;
    this.isEmbedded = isEmbedded;
    this.openLab = openLab;
  }

  /** The lesson that is open. */
  get lesson(): Signal<OpenLesson | null> {
    return this.course.open;
  }

  /** Shows what the address asks for; the opening scene when it asks for nothing, or in vain. */
  start(hash: string): void {
    void this.#findLiveScenes();
    this.follow(hash);
  }

  follow(hash: string): void {
    let link: Link = { kind: 'none' };
    this.trouble.value = '';
    try {
      link = readLink(hash);
      if (link.kind === 'lesson' && !isListed(link.id)) {
        link = { kind: 'none' };
        throw new Error('There is no such lesson.');
      }
    } catch (error) {
      this.trouble.value = `${messageOf(error)} This is the opening scene instead.`;
    }
    if (link.kind === 'scene') this.#openScene(link.link, link.asks);
    else if (link.kind === 'lesson') this.openLesson(link.id, link.step, link.asks);
    else if (link.kind === 'live') void this.showLive(link.name, link.token);
    else if (link.kind === 'recording') void this.showRecording(link.path);
    else {
      this.openWorld('ring');
      this.#welcome();
    }
  }

  /** For who sees the page for the first time: what this is, and what to do with it. */
  #welcome(): void {
    this.session.notice.value = {
      text: 'Real nodes, running in this tab. Click one and crash it, or begin with a lesson.',
      offer: { label: 'First lesson', take: () => this.openLesson(LISTED[0].id, 0) },
    };
  }

  /** The opening scene of one of the two DHTs. */
  openWorld(overlay: SceneOverlay): void {
    const wasLesson = this.lesson.value !== null;
    this.#leaveLesson();
    this.#useLab();
    if (wasLesson) this.session.stand(1);
    this.session.setPace(FIRST_PACE);
    const moment = openingMoment(overlay, this.#calm);
    const view = overlay === 'ring' ? 'ring' : 'trie';
    this.session.begin(moment, !this.#calm, { keyName: FIRST_KEY, newestLookup: true, view });
    this.#setAddress('');
  }

  showLab(): void {
    this.openWorld('ring');
  }

  async showLive(name: string, token?: string): Promise<void> {
    this.#leaveLesson();
    const { liveSource, rememberToken } = await import('./sources/live-source.ts');
    if (token !== undefined) rememberToken(name, token);
    const title = this.liveScenes.value.find((scene) => scene.name === name)?.title ?? name;
    this.#show({ kind: 'live', liveName: name, title }, liveSource(name));
    // As in the lab, one sees a key, its owner and the way to it.
    this.session.select({ someKey: true, newestLookup: true });
    this.#setAddress(writeLiveLink(name));
  }

  /** A token for the hands on live nodes; null goes on without. */
  unlock(token: string | null): void {
    this.session.unlock(token);
  }

  /** A file that was chosen, or the path of one on this server. */
  async showRecording(file: File | string): Promise<void> {
    this.#leaveLesson();
    this.trouble.value = '';
    try {
      const { openRecording } = await import('./sources/recording-source.ts');
      const open = await openRecording(file);
      const title = typeof file === 'string' ? file.slice(file.lastIndexOf('/') + 1) : file.name;
      this.session.setPace(REAL_TIME_PACE);
      this.#show({ kind: 'recording', liveName: '', title }, open);
      if (!this.#calm) this.session.play();
      this.#setAddress(typeof file === 'string' ? writeRecordingLink(file) : '');
    } catch (error) {
      this.trouble.value = messageOf(error);
      if (this.session.panes.value.length === 0) this.openWorld('ring');
    }
  }

  openLesson(id: string, step: number, asks: readonly Asked[] = []): void {
    const lesson = lessonOf(id);
    if (lesson) this.#open(lesson, step, asks);
    else if (isListed(id)) void this.#fetch(id, step, asks);
  }

  async #fetch(id: string, step: number, asks: readonly Asked[]): Promise<void> {
    const fetching = ++this.#fetching;
    try {
      const lesson = await fetchLesson(id);
      if (lesson && fetching === this.#fetching) this.#open(lesson, step, asks);
    } catch {
      this.trouble.value = 'The lesson could not be fetched. Is the server gone?';
      if (this.session.panes.value.length === 0) this.openWorld('ring');
    }
  }

  #open(lesson: Lesson, step: number, asks: readonly Asked[]): void {
    this.#fetching++;
    this.#asks = asks;
    this.#openStep(withAsks(lesson, asks), Math.min(step, lesson.steps.length - 1));
  }

  /** Another step of the open lesson. */
  toStep(index: number): void {
    const open = this.course.open.value;
    if (open) this.#openStep(open.lesson, index);
  }

  #openStep(lesson: Lesson, index: number): void {
    this.#useLab();
    this.course.play({ lesson, index });
    if (isListed(lesson.id)) this.#setAddress(this.#lessonLink({ lesson, index }));
  }

  #lessonLink({ lesson, index }: OpenLesson): string {
    return writeLessonLink(lesson.id, index) + writeAsks(this.#asks);
  }

  /** Plays the open step from where it begins. */
  playLesson(): void {
    const open = this.course.open.value;
    if (open) this.course.play(open);
  }

  closeLesson(): void {
    this.#leaveLesson();
    this.#setAddress('');
  }

  get hasNextLesson(): boolean {
    return this.#nextLesson !== undefined;
  }

  /** After the last step of a lesson: on to the next, or out of lessons. */
  nextLesson(): void {
    const next = this.#nextLesson;
    if (next) this.openLesson(next.id, 0);
    else this.closeLesson();
  }

  get #nextLesson(): LessonHead | undefined {
    const at = LISTED.findIndex(({ id }) => id === this.lesson.value?.lesson.id);
    return at < 0 ? undefined : LISTED[at + 1];
  }

  /** A link to what is to be seen now; it stands in the address bar too. */
  writeLink(): string {
    const hash = this.#hashNow();
    this.#setAddress(hash);
    return new URL(hash, location.href).href;
  }

  /** What a teacher asks about: the open lesson and its step, or the world and its moment; null for neither. */
  get subject(): Subject | null {
    const open = this.lesson.value;
    if (open !== null && isListed(open.lesson.id)) {
      return { of: open.lesson.id, isLesson: true, at: open.index, acts: 0 };
    }
    const { moment } = this.session;
    if (moment === null) return null;
    const acts = pastOf(moment).length;
    return { of: JSON.stringify(moment.config), isLesson: false, at: moment.atMs, acts };
  }

  /** Whoever asks about a world asks about it as it stands. */
  holdStill(): void {
    if (!this.subject?.isLesson && this.session.playing.peek()) this.session.pause();
  }

  /** A link that asks these: for others, it opens elsewhere. */
  writeAskingLink(questions: Questions): string {
    const { of, isLesson, from, asks } = questions;
    const { moment } = this.session;
    const link = isLesson
      ? writeLessonLink(of, from)
      : moment === null
        ? location.hash
        : writeSceneLink(this.#sceneLink(worldAsked(moment, questions)));
    return new URL(link + writeAsks(asks), location.href).href;
  }

  #hashNow(): string {
    const open = this.lesson.value;
    const { kind, liveName } = this.source.value;
    if (open) return isListed(open.lesson.id) ? this.#lessonLink(open) : location.hash;
    return kind === 'live' ? writeLiveLink(liveName) : this.#hashOfScene();
  }

  #hashOfScene(): string {
    const { moment } = this.session;
    const isLab = this.source.value.kind === 'lab';
    return isLab && moment ? writeSceneLink(this.#sceneLink(moment)) : location.hash;
  }

  #sceneLink(moment: Moment): SceneLink {
    const { view } = this.session;
    return {
      moment,
      view: view.viewKind.value,
      tab: view.tab.value,
      node: view.selectedNode.value,
      key: view.selectedKey.value,
      lookup: view.selectedLookup.value,
    };
  }

  #openScene(link: SceneLink, asks: readonly Asked[]): void {
    const { moment, view, tab, node, key, lookup } = link;
    this.#leaveLesson();
    this.#useLab();
    if (asks.length > 0) {
      this.#openStep(askedLesson(link, asks), 0);
      return;
    }
    this.session.stand(1);
    this.session.begin(moment, false, { view, tab, node, key, lookup });
  }

  #useLab(): void {
    if (this.source.value.kind === 'lab' && this.session.panes.value.length > 0) return;
    this.#show(LAB, this.openLab);
  }

  #show(source: ShownSource, open: OpenSource): void {
    batch(() => {
      this.source.value = source;
      this.session.show(open);
    });
  }

  #leaveLesson(): void {
    this.#fetching++;
    this.course.leave();
  }

  async #findLiveScenes(): Promise<void> {
    const { findLiveScenes } = await import('./sources/live-scenes.ts');
    this.liveScenes.value = await findLiveScenes();
  }

  #setAddress(hash: string): void {
    const path = `${location.pathname}${location.search}`;
    history.replaceState(null, '', hash === '' ? path : hash);
  }
}

/** The world as it stood at the first question, and what was done to it since. */
function worldAsked(moment: Moment, questions: Questions): Moment {
  return { ...moment, acts: actsAsked(questions, moment.acts), atMs: questions.from };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
